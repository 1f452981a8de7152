/** Takes one structured event at a time: what happened, never a document's data or a statement's text. */
export type ServiceLog = (event: Readonly<Record<string, unknown>>) => void;
