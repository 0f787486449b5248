// What the jobs of all libraries share.

/** Gives one thing after the other, forever. */
export function turns(things) {
  let i = 0;
  return () => things[i++ % things.length];
}

/** Speed without the right answer is worth nothing. */
export function expectAll(results, wordOf, expected = 'pass') {
  if (results.length === 0) throw new Error(`no result, expected ${expected}`);
  for (const result of results) {
    const word = wordOf(result);
    if (word !== expected) throw new Error(`result ${word}, expected ${expected}`);
  }
}

/** A message as it comes over the network. */
export async function* chunksOf(bytes) {
  for (let i = 0; i < bytes.length; i += 65_536) yield bytes.subarray(i, i + 65_536);
}

/** The values of the DKIM-Signature fields that the messages of 3 KB begin with. */
export function signatureValues(corpus) {
  return corpus.messages('rsa3k').map(({ bytes }) => {
    const text = bytes.toString('latin1', 0, 1500);
    const value = text.slice('DKIM-Signature:'.length);
    return value.slice(0, value.search(/\r\n[^ \t]/));
  });
}
