/** Edit distance that counts insertion, deletion, substitution and the swap of two neighbours; gives up above `most`. */
function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let beforeLast: number[] = [];
  let last = [...b, ''].map((_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(row[j - 1]! + 1, last[j]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, beforeLast[j - 2]! + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

/**
 * The word that somebody meant: the only one of the candidates within two edits (one for words of up to four letters),
 * or its translation where a guide's keywords were translated along with the guide.
 */
export function meantWord(
  written: string,
  candidates: readonly string[],
  translations: { readonly [word: string]: string } = {},
): string | undefined {
  const word = written.toLowerCase();
  if (word.length > 32) return undefined;
  if (Object.hasOwn(translations, word)) return translations[word];
  let best: string | undefined;
  let bestDistance = word.length <= 4 ? 2 : 3;
  for (const candidate of candidates) {
    const d = distance(word, candidate, bestDistance);
    // A word of which no letter stayed was not misspelt.
    if (d > bestDistance || d >= candidate.length) continue;
    best = d < bestDistance ? candidate : undefined;
    bestDistance = d;
  }
  return best;
}
