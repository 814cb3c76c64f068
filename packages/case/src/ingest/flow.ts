/** Parts of a task's rows that are on their way at most. */
const MOST_ON_THEIR_WAY = 2
/** A waiting thread looks again after this time, milliseconds. */
const LOOK_AGAIN_MS = 1000

/** Blocks a thread within a task until others have taken rows: a task may give twenty times as many bytes as it has. */
export class Flow {
  /** Shared by both sides. */
  readonly memory: SharedArrayBuffer
  /** How many parts were taken. */
  readonly #taken: Int32Array
  #given = 0

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.memory = memory
    this.#taken = new Int32Array(memory)
  }

  /** One part was taken. */
  taken(): void {
    Atomics.add(this.#taken, 0, 1)
    Atomics.notify(this.#taken, 0)
  }

  /** One part was given. Returns when another may be. */
  given(): void {
    this.#given++
    for (;;) {
      const taken = Atomics.load(this.#taken, 0)
      if (this.#given - taken <= MOST_ON_THEIR_WAY) return
      Atomics.wait(this.#taken, 0, taken, LOOK_AGAIN_MS)
    }
  }
}
