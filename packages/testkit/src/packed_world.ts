/** Containers as other programs write them, and a zip file with what a test wants of it. */
import { crc32, deflateRawSync, gzipSync } from 'node:zlib'

export interface Member {
  readonly name: string
  readonly bytes: Buffer
  readonly method?: number
  readonly isEncrypted?: boolean
  /** Bytes that are said to come out of it. */
  readonly claimed?: number
}

/** A zip file. Source: PKWARE's APPNOTE 4.3. */
export function zipFile(members: readonly Member[]): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, bytes, method = 8, isEncrypted = false, claimed } of members) {
    const packed = method === 8 ? deflateRawSync(bytes, { level: 1 }) : bytes
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(isEncrypted ? 1 : 0, 2)
    fields.writeUInt16LE(method, 4)
    fields.writeUInt32LE(crc32(bytes), 10)
    fields.writeUInt32LE(packed.length, 14)
    fields.writeUInt32LE(claimed ?? bytes.length, 18)
    fields.writeUInt16LE(name.length, 22)
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), fields, Buffer.from(name), packed)
    const place = Buffer.alloc(14)
    place.writeUInt32LE(offset, 10)
    const made = Buffer.from([20, 0])
    directory.push(Buffer.from('PK\x01\x02', 'latin1'), made, fields, place, Buffer.from(name))
    offset += 30 + name.length + packed.length
  }
  const listed = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(members.length, 4)
  end.writeUInt16LE(members.length, 6)
  end.writeUInt32LE(listed.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...parts, listed, Buffer.from('PK\x05\x06', 'latin1'), end])
}

/** The parts of a value that apport packs before it encodes each by itself. */
const PART_BYTES = 1 << 20
/** Of the head of gzip with the name of the field. */
const HEAD_BYTES = 10

/** A crash report of Ubuntu. Source: problem_report.py of apport 2.20, `_write_binary_item_base64_from_file`. */
export function apportReport(core: Buffer): Buffer {
  const packed = gzipSync(core, { level: 1 })
  const name = Buffer.from('CoreDump\0')
  // deflate, a name, no time, the best compression, any system.
  const head = Buffer.concat([Buffer.from('1f8b08080000000002ff', 'hex'), name])
  const parts = [head]
  for (let at = HEAD_BYTES; at < packed.length; at += PART_BYTES) {
    parts.push(packed.subarray(at, at + PART_BYTES))
  }
  const lines = parts.map((part) => ` ${part.toString('base64')}\n`).join('')
  return Buffer.from(
    `ProblemType: Crash\nArchitecture: amd64\nCoreDump: base64\n${lines}Date: Mon Nov 30 00:00:00 2026\nExecutablePath: /usr/bin/signer\n`,
  )
}
