/** Whether anything was sent to a client, or received from it, since it was last asked. */
export class SignsOfLife {
  #sent = false;
  #received = false;

  noteSent(): void {
    this.#sent = true;
  }

  noteReceived(): void {
    this.#received = true;
  }

  takeSent(): boolean {
    const sent = this.#sent;
    this.#sent = false;
    return sent;
  }

  takeReceived(): boolean {
    const received = this.#received;
    this.#received = false;
    return received;
  }
}
