/** Paths of files: text, or on systems that take any bytes for a name those bytes. */

/** Bytes where they are not UTF-8, as threads can be given them. */
export type FilePath = string | Uint8Array

export function fsPath(path: FilePath): string | Buffer {
  if (typeof path === 'string') return path
  return Buffer.from(path.buffer, path.byteOffset, path.length)
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/** A path that can be printed: each byte that is of no letter in UTF-8 as `\xff`. */
export function pathText(path: FilePath): string {
  if (typeof path === 'string') return path
  let text = ''
  for (let at = 0; at < path.length; ) {
    const letter = letterAt(path, at)
    text += letter?.text ?? `\\x${(path[at] ?? 0).toString(16).padStart(2, '0')}`
    at += letter?.length ?? 1
  }
  return text
}

function letterAt(
  bytes: Uint8Array,
  at: number,
): { readonly text: string; readonly length: number } | undefined {
  for (const length of [1, 2, 3, 4]) {
    try {
      return { text: decoder.decode(bytes.subarray(at, at + length)), length }
    } catch {
      // More bytes, or none, are a letter.
    }
  }
  return undefined
}

/** A name as text if its bytes are UTF-8, otherwise the bytes. */
export function namedPath(bytes: Uint8Array): FilePath {
  try {
    return decoder.decode(bytes)
  } catch {
    return bytes
  }
}
