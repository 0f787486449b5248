/** SP or HTAB: the only white space there is in mail (RFC 5234 WSP). */
export function isWsp(unit: number): boolean {
  return unit === 0x20 || unit === 0x09;
}

export function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

export function isAlpha(unit: number): boolean {
  const lower = unit | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

export function isAlphanumeric(unit: number): boolean {
  return isAlpha(unit) || isDigit(unit);
}

/** Whether the text is one or more digits and nothing else. */
export function isDigits(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (!isDigit(text.charCodeAt(i))) return false;
  return text !== '';
}

export function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

/** Lower-cases A to Z and nothing else, so that the length and every offset stay true. */
export function asciiLower(text: string): string {
  let upper = false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // Beyond ASCII toLowerCase() has ideas of its own; within it nothing is faster.
    if (unit > 0x7f) return text.replace(/[A-Z]+/g, (run) => run.toLowerCase());
    if (unit >= 0x41 && unit <= 0x5a) upper = true;
  }
  return upper ? text.toLowerCase() : text;
}
