import { latin1, utf8Bytes } from '../text/bytes.ts';

/** TXT content with one UTF-16 unit per octet: text that holds other units is taken as what its UTF-8 form decodes to. */
export function octetText(text: string): string {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0xff) return latin1(utf8Bytes(text));
  return text;
}
