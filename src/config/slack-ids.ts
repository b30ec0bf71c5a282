/** The outward form of Slack's ids. That an id exists is known to Slack alone. */

export const isTeamId = (text: string): boolean => /^[TE][A-Z0-9]{2,20}$/.test(text);
export const isUserId = (text: string): boolean => /^[UW][A-Z0-9]{2,20}$/.test(text);
/** Public (`C…`) and private (`G…`) channels; direct messages are no channel of a client. */
export const isChannelId = (text: string): boolean => /^[CG][A-Z0-9]{2,20}$/.test(text);
