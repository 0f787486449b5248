/** A number as English readers write it: 1,234,567. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** A share in percent; never 100 % or 0 % where it is not all or none. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '';
  if (part === 0 || part === whole) return part === 0 ? '0 %' : '100 %';
  const value = (100 * part) / whole;
  return `${Math.min(99.9, Math.max(0.1, value)).toFixed(1)} %`;
}
