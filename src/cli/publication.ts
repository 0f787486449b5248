import { escapeControls } from '../diagnostics/diagnostic.ts';
import type { Publishable } from '../dns/publishable.ts';

/** Records to publish in the two forms that people need: for a zone file, and for a web form or an API. */
export function renderPublication(records: readonly Publishable[]): string {
  const lines = records.map(({ zoneLine }) => escapeControls(zoneLine)).join('\n');
  const forms = records.map(
    ({ type, name, text }) =>
      `In a web form or an API: type ${type}, name ${escapeControls(name)}, value\n\n${escapeControls(text)}\n`,
  );
  return `In a zone file:\n\n${lines}\n\n${forms.join('\n')}`;
}
