/** Values that the installation makes for itself once and keeps. */
import { type Db, toJsonText, translate } from './database.ts';

/** The stored value; the first of several starters wins and the others read its value. */
export const ensureSetting = async (db: Db, key: string, create: () => string): Promise<string> =>
  translate(async () => {
    await db
      .insertInto('settings')
      .values({ key, value: toJsonText(create()) })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const row = await db
      .selectFrom('settings')
      .select('value')
      .where('key', '=', key)
      .executeTakeFirstOrThrow();
    if (typeof row.value !== 'string') throw new Error(`setting ${key} holds no text`);
    return row.value;
  });
