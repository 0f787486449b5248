// psl 1.15.0 has declarations, but its package.json does not let TypeScript reach them.

/** The registrable domain, or null for a public suffix and for what is no domain name. */
export function get(domain: string): string | null;
