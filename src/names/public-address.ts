import { parseIpAddress, samePrefix } from './ip-address.ts';

// RFC 6890 and its registries, with RFC 1918, RFC 4193, RFC 6598, and what is reserved or multicast: nobody sends from these
// over the internet, and nothing sent to them arrives. fc00::/6 is unique local, link-local, site-local and multicast.
const SPECIAL = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/3',
  '::/127',
  '::ffff:0:0/96',
  '100::/64',
  'fc00::/6',
] as const;

/** Whether `address` or `address/bits` has an address in it that can be reached over the internet; what is neither has. */
export function isPublicNetwork(text: string): boolean {
  const [address, bits = 128] = readNetwork(text);
  return (
    address === undefined ||
    !SPECIAL.some((special) => {
      const [network, length = 0] = readNetwork(special);
      return network !== undefined && bits >= length && samePrefix(address, network, length);
    })
  );
}

function readNetwork(text: string) {
  const [address = '', bits] = text.split('/');
  return [parseIpAddress(address), bits === undefined ? undefined : Number(bits)] as const;
}
