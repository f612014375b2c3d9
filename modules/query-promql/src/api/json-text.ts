/** An answer that is written as JSON already. */
export class JsonText {
  constructor(readonly text: string) {}
}
