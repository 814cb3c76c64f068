/** Ends a wait early. @module */
export class Wakeup {
  #isAwake: boolean = false
  #resume: () => void = () => {}

  wake(): void {
    this.#isAwake = true
    this.#resume()
  }

  /** Waits until it is woken, unless that happened since the last wait; in milliseconds. */
  async wait(mostMs: number): Promise<void> {
    if (!this.#isAwake) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, mostMs)
        this.#resume = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    this.#isAwake = false
  }
}
