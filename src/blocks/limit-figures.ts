/** Slack's figures, each in characters or entries unless its name says otherwise (platform-facts A4, A5; checked 2026-11-20). */
export const limits = {
  messageBlocks: 50,
  viewBlocks: 100,
  /** chat.postMessage takes more, chat.update answers msg_too_long above this; every card is edited. */
  messageText: 4000,
  /**
   * Slack also refuses blocks whose texts are too long in sum (msg_blocks_too_long) and documents no figure: about 12,000
   * with an unknown share for the blocks themselves, refused at 11,341 in the field (bolt-js#2509, #2867). Ours stays below.
   */
  messageTotal: 10_000,
  /** What one block counts for in that sum, by our estimate. */
  blockShare: 20,
  sectionText: 3000,
  sectionFields: 10,
  sectionField: 2000,
  headerText: 150,
  contextElements: 10,
  /** Not published for context; the text object's own limit. */
  contextText: 3000,
  actionElements: 25,
  markdownTotal: 12_000,
  /** block_id, action_id and callback_id. */
  id: 255,
  buttonText: 75,
  buttonValue: 2000,
  url: 3000,
  options: 100,
  optionGroups: 100,
  optionText: 75,
  optionValue: 150,
  placeholder: 150,
  overflowOptions: 5,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  inputLabel: 2000,
  inputHint: 2000,
  inputText: 3000,
  imageAlt: 2000,
  viewTitle: 24,
  privateMetadata: 3000,
  viewBytes: 250_000,
  alertText: 200,
} as const;
