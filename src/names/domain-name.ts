import { isAlphanumeric, isDigit } from '../text/characters.ts';

/** Why a text is no domain name. */
export type DomainNameFault =
  | 'empty'
  | 'empty-label'
  | 'label-too-long'
  | 'name-too-long'
  | 'invalid-character'
  | 'invalid-idn'
  | 'ip-address';

export type DomainNameResult = { ok: true; name: string } | { ok: false; fault: DomainNameFault };

const MAX_NAME = 253;
const MAX_LABEL = 63;

/**
 * The one normalizer of domain names: letters lower-cased, U-labels turned into A-labels (UTS 46, by the URL parser that
 * every runtime has), the root dot dropped. Underscores are allowed, since `_dmarc` and the like are names too.
 *
 * An address is no name: raw URL parsing reads `1.2.3` as one and decodes `%6d`, so every ASCII character outside LDH,
 * underscore and dot is refused before, and IPv4 forms after.
 */
export function parseDomainName(text: string): DomainNameResult {
  let ascii = true;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) ascii = false;
    else if (!isAlphanumeric(unit) && unit !== 0x2d && unit !== 0x2e && unit !== 0x5f) {
      return { ok: false, fault: 'invalid-character' };
    }
  }
  if (ascii) return checkAsciiName(text);
  // A U-label is never shorter in octets than in UTF-16 units, and UTS 46 mapping is not for texts of any length.
  if (text.length > 2 * MAX_NAME) return { ok: false, fault: 'name-too-long' };
  const host = toAscii(text);
  return host === undefined ? { ok: false, fault: 'invalid-idn' } : checkAsciiName(host);
}

function toAscii(text: string): string | undefined {
  try {
    const host = new URL(`http://${text}`).hostname;
    for (let i = 0; i < host.length; i++) {
      const unit = host.charCodeAt(i);
      if (!isAlphanumeric(unit) && unit !== 0x2d && unit !== 0x2e && unit !== 0x5f) return undefined;
    }
    return host;
  } catch {
    return undefined;
  }
}

function checkAsciiName(text: string): DomainNameResult {
  const end = text.endsWith('.') ? text.length - 1 : text.length;
  if (end === 0) return { ok: false, fault: text === '' ? 'empty' : 'empty-label' };
  if (end > MAX_NAME) return { ok: false, fault: 'name-too-long' };
  let labelStart = 0;
  let lower = true;
  let numeric = true;
  for (let i = 0; i <= end; i++) {
    const unit = i === end ? 0x2e : text.charCodeAt(i);
    if (unit === 0x2e) {
      if (i === labelStart) return { ok: false, fault: 'empty-label' };
      if (i - labelStart > MAX_LABEL) return { ok: false, fault: 'label-too-long' };
      labelStart = i + 1;
    } else if (!isDigit(unit)) {
      numeric = false;
      if (unit >= 0x41 && unit <= 0x5a) lower = false;
    }
  }
  // RFC 1123 §2.1: a name whose labels are all numbers is a dotted-decimal address, whole or abbreviated.
  if (numeric) return { ok: false, fault: 'ip-address' };
  const name = end === text.length ? text : text.slice(0, end);
  return { ok: true, name: lower ? name : name.toLowerCase() };
}

/** The normalized name, or `undefined` where the text is no domain name. */
export function domainName(text: string): string | undefined {
  const result = parseDomainName(text);
  return result.ok ? result.name : undefined;
}

/** Whether a name equals another or lies below it; both normalized. */
export function isAtOrBelow(name: string, ancestor: string): boolean {
  return name === ancestor || (name.length > ancestor.length && name.endsWith(`.${ancestor}`));
}

/** The name without its leftmost label; `undefined` for a single label. */
export function parentName(name: string): string | undefined {
  const dot = name.indexOf('.');
  return dot === -1 ? undefined : name.slice(dot + 1);
}

export function labelCount(name: string): number {
  let count = 1;
  for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) count++;
  return count;
}
