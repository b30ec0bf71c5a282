/** A zip file of a few texts, stored without compression. Enough for a run's log archive and for nothing more. */
import { crc32 } from 'node:zlib';

const writeNumbers = (fields: readonly (readonly [bytes: 2 | 4, value: number])[]): Buffer => {
  const buffer = Buffer.alloc(fields.reduce((sum, [bytes]) => sum + bytes, 0));
  let offset = 0;
  for (const [bytes, value] of fields) offset = buffer.writeUIntLE(value, offset, bytes);
  return buffer;
};

/** 1980-01-01, the oldest date a zip can hold. */
const dosDate = 0x00_21;

export const toZip = (files: readonly { readonly name: string; readonly text: string }[]): Buffer => {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const file of files) {
    const name = Buffer.from(file.name);
    const data = Buffer.from(file.text);
    const common = [
      [2, 20],
      [2, 0x08_00],
      [2, 0],
      [2, 0],
      [2, dosDate],
      [4, crc32(data)],
      [4, data.length],
      [4, data.length],
      [2, name.length],
      [2, 0],
    ] as const;
    const local = Buffer.concat([writeNumbers([[4, 0x04_03_4b_50], ...common]), name, data]);
    const tail = [
      [2, 0],
      [2, 0],
      [2, 0],
      [4, 0],
      [4, offset],
    ] as const;
    directory.push(Buffer.concat([writeNumbers([[4, 0x02_01_4b_50], [2, 20], ...common, ...tail]), name]));
    bodies.push(local);
    offset += local.length;
  }
  const index = Buffer.concat(directory);
  const end = writeNumbers([
    [4, 0x06_05_4b_50],
    [2, 0],
    [2, 0],
    [2, files.length],
    [2, files.length],
    [4, index.length],
    [4, offset],
    [2, 0],
  ]);
  return Buffer.concat([...bodies, index, end]);
};
