import { crc32, deflateRawSync } from 'node:zlib'

/** One member of a zip that a test writes; the last fields are lies for the reader to find. */
export interface Member {
  readonly name: string
  readonly content: Uint8Array
  readonly isStored?: boolean
  readonly isEncrypted?: boolean
  readonly method?: number
  readonly declaredBytes?: number
  readonly checksum?: number
}

/** A zip archive (APPNOTE 4.3: local headers with data, central directory, end record). */
export function zipOf(members: readonly Member[]): Buffer {
  const files: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const member of members) {
    const { header, name, data } = partsOf(member)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), header, name, data])
    files.push(local)
    directory.push(centralEntry(header, name, offset))
    offset += local.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(members.length, 8)
  end.writeUInt16LE(members.length, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...files, central, end])
}

/** The fields that the local header and the directory share, behind the signature. */
function partsOf(member: Member): { header: Buffer; name: Buffer; data: Uint8Array } {
  const { content, isStored = false, isEncrypted = false } = member
  const data = isStored ? content : deflateRawSync(content)
  const name = Buffer.from(member.name)
  const header = Buffer.alloc(26)
  header.writeUInt16LE(20, 0)
  header.writeUInt16LE(isEncrypted ? 1 : 0, 2)
  header.writeUInt16LE(member.method ?? (isStored ? 0 : 8), 4)
  header.writeUInt32LE(member.checksum ?? crc32(content), 10)
  header.writeUInt32LE(data.length, 14)
  header.writeUInt32LE(member.declaredBytes ?? content.length, 18)
  header.writeUInt16LE(name.length, 22)
  return { header, name, data }
}

function centralEntry(header: Buffer, name: Buffer, offset: number): Buffer {
  const tail = Buffer.alloc(14)
  tail.writeUInt32LE(offset, 10)
  const start = Buffer.from('PK\x01\x02\x14\x00', 'latin1')
  return Buffer.concat([start, header, tail, name])
}
