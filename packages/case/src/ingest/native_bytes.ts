/** Bytes of ClickHouse's Native format: lengths, strings, and columns' memory. */

/** Memory that a column begins with. */
export const FIRST_BYTES = 4096

/** One column of the block that is being filled. */
export interface NativeColumn {
  /** The type that the block says; the engine casts it to the table's. */
  readonly type: string
  /** Upper bound of what {@link write} writes. */
  readonly maxBytes: number
  /** Writes what precedes the data, of nested columns before all of it; returns where it ends. */
  writePrefix?(target: Buffer, offset: number): number
  /** Writes the column's data at an offset and returns where it ends. */
  write(target: Buffer, offset: number): number
  /** Empties the column for the next block. */
  clear(): void
}

/** Writes a length as a varint and returns where it ends. */
export function writeVarint(target: Buffer, offset: number, value: number): number {
  let at = offset
  let rest = value
  while (rest > 127) {
    target[at++] = (rest & 127) | 128
    rest = Math.floor(rest / 128)
  }
  target[at++] = rest
  return at
}

const varintBytes = (value: number): number => {
  let bytes = 1
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) bytes++
  return bytes
}

/** Writes a string with its length before it and returns where it ends. */
export function writeText(target: Buffer, offset: number, text: string): number {
  const { length } = text
  if (length < 128) {
    let at = offset + 1
    let i = 0
    for (; i < length; i++) {
      const code = text.charCodeAt(i)
      if (code > 127) break
      target[at++] = code
    }
    if (i === length) {
      target[offset] = length
      return at
    }
  }
  // Nearly all text is ASCII: its length in bytes is guessed to be that in characters.
  const start = offset + varintBytes(length)
  const bytes = target.write(text, start, 'utf8')
  const realStart = offset + varintBytes(bytes)
  if (realStart !== start) target.copyWithin(realStart, start, start + bytes)
  writeVarint(target, offset, bytes)
  return realStart + bytes
}

/** Bytes that {@link writeText} may need. */
export const roomFor = (text: string): number => text.length * 3 + 10

/** Writes a number below 2^32 as 8 bytes and returns where they end. */
export function writeUint64(target: Buffer, offset: number, value: number): number {
  target.writeUInt32LE(value, offset)
  target.writeUInt32LE(0, offset + 4)
  return offset + 8
}

/** Little-endian, like the format; every platform that the engine runs on is. */
export function bytesOf(values: Uint32Array | Uint16Array | Int8Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}

/** The same values, and as much room again. */
export function doubled(values: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const grown = new Uint32Array(values.length * 2)
  grown.set(values)
  return grown
}
