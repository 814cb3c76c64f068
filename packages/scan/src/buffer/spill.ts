/** The encrypted, nameless file for what memory does not take of a core: AES-256-CTR. */
import { createCipheriv, randomFillSync } from 'node:crypto'
import { closeSync, constants, openSync, unlinkSync, writeSync } from 'node:fs'
import path from 'node:path'
import { BLOCK_BYTES, KEY_BYTES, NONCE_BYTES, SECRET_BYTES, type Spill } from './buffer_layout.ts'

const CIPHER_BLOCK = 16
/** Read at once before it is enciphered. */
const ROOM_BLOCKS = 64

/** Each offset is written once under {@link SECRET_BYTES}: no key stream is used twice. */
export function cipherAt(secret: SharedArrayBuffer, at: number): ReturnType<typeof createCipheriv> {
  const counter = Buffer.alloc(CIPHER_BLOCK)
  counter.set(new Uint8Array(secret, KEY_BYTES, NONCE_BYTES))
  counter.writeBigUInt64BE(BigInt(Math.floor(at / CIPHER_BLOCK)), NONCE_BYTES)
  const cipher = createCipheriv('aes-256-ctr', new Uint8Array(secret, 0, KEY_BYTES), counter)
  const skipped = at % CIPHER_BLOCK
  if (skipped > 0) cipher.update(new Uint8Array(skipped))
  return cipher
}

export class SpillWriter {
  readonly #file: number
  readonly #secret: SharedArrayBuffer = new SharedArrayBuffer(SECRET_BYTES)
  readonly #room: Buffer = Buffer.alloc(ROOM_BLOCKS * BLOCK_BYTES)
  readonly #cipher: ReturnType<typeof createCipheriv>
  #written = 0
  #isOpen: boolean = true

  /** @param folder where the file is made; only we may write there */
  constructor(folder: string) {
    this.#file = openNameless(folder)
    randomFillSync(new Uint8Array(this.#secret))
    this.#cipher = cipherAt(this.#secret, 0)
  }

  room(): Buffer {
    return this.#room
  }

  /** @throws the system's own error if the file cannot be written (`ENOSPC`: the disk is full) */
  write(plain: Buffer): void {
    const bytes = this.#cipher.update(plain)
    for (let done = 0; done < bytes.length; )
      done += writeSync(this.#file, bytes, done, bytes.length - done, this.#written + done)
    this.#written += bytes.length
  }

  get spill(): Spill {
    return { file: this.#file, secret: this.#secret }
  }

  /** Ends the file; key and plain bytes become zeros. More than once does no harm. */
  wipe(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    new Uint8Array(this.#secret).fill(0)
    this.#room.fill(0)
    closeSync(this.#file)
  }
}

/** A new file whose name is gone before its first byte is written. */
function openNameless(folder: string): number {
  const name = path.join(folder, 'hold')
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDWR } = constants
  const file = openSync(name, O_CREAT | O_EXCL | O_NOFOLLOW | O_RDWR, 0o600)
  unlinkSync(name)
  return file
}
