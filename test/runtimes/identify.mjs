/** What the engine says of itself, so that a run in the wrong one is noticed. */
export function identify() {
  const { Deno, Bun, EdgeRuntime, navigator, process } = globalThis;
  // Workers with nodejs_compat have the module too: that is what tells the two apart.
  const nodeCrypto =
    typeof process?.getBuiltinModule === 'function' && process.getBuiltinModule('node:crypto') !== undefined;
  const agent = String(navigator?.userAgent ?? '');
  const named = (name, version) => ({ name, ...(version !== undefined && { version }), nodeCrypto });
  if (EdgeRuntime !== undefined) return named(String(EdgeRuntime));
  if (agent === 'Cloudflare-Workers') return named('workerd');
  if (Deno !== undefined) return named('Deno', Deno.version.deno);
  if (Bun !== undefined) return named('Bun', Bun.version);
  const browser = /\b(Firefox|HeadlessChrome|Chrome)\/([\d.]+)/.exec(agent);
  if (browser !== null) return named(browser[1] === 'Firefox' ? 'Firefox' : 'Chromium', browser[2]);
  if (process?.versions?.node !== undefined) return named('Node.js', process.versions.node);
  return named(`unknown (${agent})`);
}
