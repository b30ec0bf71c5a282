/** A rendered message as rules see it: the verdict as text, blocks they do not look into, and perhaps a file with the whole. */
export interface Message {
  readonly text: string;
  readonly blocks: readonly object[];
  readonly file?: { readonly name: string; readonly title: string; readonly content: string };
}
