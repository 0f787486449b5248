import { requireRecordName } from '../arguments.ts';
import { requireString, show } from '../environment.ts';
import { parseDomainName } from '../names/domain-name.ts';

/** The name of a BIMI record, `<selector>._bimi.<domain>`; a `TypeError` unless both are names. */
export function requireBimiName(action: string, selector: unknown, domain: unknown): { domain: string; name: string } {
  requireString(action, 'selector', selector);
  const prefix = parseDomainName(`${selector}._bimi`);
  if (!prefix.ok) {
    throw new TypeError(`Cannot ${action}: "selector" must be labels of a domain name, received ${show(selector)}`);
  }
  return requireRecordName(action, `${prefix.name}.`, domain);
}
