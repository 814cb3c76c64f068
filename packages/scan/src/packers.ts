/**
 * What packs files, by the first bytes of what it writes.
 *
 * Source: the formats' own documents: RFC 1952 (gzip), RFC 8878 (zstd), the LZ4 frame format, the .xz file format,
 * PKWARE's APPNOTE (zip).
 *
 * @module
 */

interface Packer {
  readonly name: string
  /** Hex. */
  readonly magic: string
  /** Unpacks standard input to standard output, called with `-dc`; none for archives of several files. */
  readonly program?: string
}

const PACKERS: readonly Packer[] = [
  { name: 'gzip', magic: '1f8b08', program: 'gzip' },
  { name: 'zstd', magic: '28b52ffd', program: 'zstd' },
  { name: 'lz4', magic: '04224d18', program: 'lz4' },
  { name: 'lz4', magic: '02214c18', program: 'lz4' },
  { name: 'xz', magic: 'fd377a585a00', program: 'xz' },
  { name: 'bzip2', magic: '425a6839314159265359', program: 'bzip2' },
  { name: 'zip', magic: '504b0304' },
  { name: '7z', magic: '377abcaf271c' },
]

/** The name of what packed a file; undefined where none is known. */
export function packerOf(head: Uint8Array): string | undefined {
  const hex = Buffer.from(head.subarray(0, 16)).toString('hex')
  return PACKERS.find(({ magic }) => hex.startsWith(magic))?.name
}

/** The program that unpacks what a packer of this name wrote. */
export function programOf(name: string | undefined): string | undefined {
  return PACKERS.find((packer) => packer.name === name)?.program
}
