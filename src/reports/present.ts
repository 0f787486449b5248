/** A type in which what may be `undefined` may be absent instead. */
export type Present<T> = {
  [Name in keyof T as undefined extends T[Name] ? never : Name]: T[Name];
} & {
  [Name in keyof T as undefined extends T[Name] ? Name : never]?: Exclude<T[Name], undefined>;
};

/** The same without the keys that have no value: what is unknown is absent from a result. */
export function present<T extends object>(values: T): Present<T> {
  const known: { [name: string]: unknown } = {};
  for (const name in values) if (values[name] !== undefined) known[name] = values[name];
  return known as Present<T>;
}
