/** JSON as it is stored and sent: the only shape that crosses a store, a queue or the CLI's door. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** Ours, made of plain data. The compiler sees `undefined` in optional fields; written as JSON they are left out. */
export const toJson = (plain: object): Json => plain as Json;
