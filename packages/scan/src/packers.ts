/**
 * What packs files, by the first bytes of what it writes.
 *
 * Source: the formats' own documents: RFC 1952 (gzip), RFC 8878 (zstd), the LZ4 frame format, the .xz file format,
 * PKWARE's APPNOTE (zip), deb(5), and so on; of kernel dumps what makedumpfile 1.7.6 and QEMU 10.0.13 write; `SSM.cpp`
 * of VirtualBox. Of hibernation files none was at hand: the signatures are those that libhibr and Volatility know.
 *
 * @module
 */

interface Packer {
  readonly name: string
  /** Hex, a pattern. */
  readonly magic: string
  /** Unpacks standard input to standard output, called with `-dc`; none for archives of several files. */
  readonly program?: string
  /** A dump of a machine whose pages are packed one by one: how they are unpacked. */
  readonly howDump?: string
}

const MAKEDUMPFILE = 'write it uncompressed first, as an ELF core (makedumpfile -E)'

const PACKERS: readonly Packer[] = [
  { name: 'gzip', magic: '1f8b08', program: 'gzip' },
  { name: 'zstd', magic: '28b52ffd', program: 'zstd' },
  { name: 'lz4', magic: '04224d18', program: 'lz4' },
  { name: 'lz4', magic: '02214c18', program: 'lz4' },
  { name: 'xz', magic: 'fd377a585a00', program: 'xz' },
  { name: 'bzip2', magic: '425a6839314159265359', program: 'bzip2' },
  { name: 'zip', magic: '504b0304' },
  { name: '7z', magic: '377abcaf271c' },
  { name: 'rar', magic: '526172211a07' },
  { name: 'squashfs', magic: '68737173' },
  { name: 'lzip', magic: '4c5a495001' },
  { name: 'lzop', magic: '894c5a4f000d0a1a0a' },
  // "!<arch>", and its first member is "debian-binary".
  { name: 'deb', magic: '213c617263683e0a64656269616e2d62' },
  { name: 'rpm', magic: 'edabeedb' },
  { name: 'cab', magic: '4d53434600000000' },
  { name: 'EnCase', magic: '455646090d0aff00' },
  { name: 'kdump', magic: '4b44554d50202020', howDump: MAKEDUMPFILE },
  { name: 'kdump', magic: '4449534b44554d50', howDump: MAKEDUMPFILE },
  {
    name: 'makedumpfile (flattened)',
    magic: '6d616b6564756d7066696c6500000000',
    howDump: 'put it together first (makedumpfile -R)',
  },
  {
    name: 'Windows for hibernation',
    // HIBR, RSTR, WAKE in either case, and no text behind it.
    magic: '(4849|6869|5253|7273|5741|7761)(4252|6272|5452|7472|4b45|6b65).{6}00',
    howDump: 'unpack it first (the hibernation plugins of Volatility)',
  },
  {
    name: 'VirtualBox',
    magic: '7f5669727475616c426f782053617665',
    howDump: 'take a core of the machine instead (VBoxManage debugvm NAME dumpvmcore)',
  },
]

/** The name of what packed a file; undefined where none is known. */
export function packerOf(head: Uint8Array): string | undefined {
  const hex = Buffer.from(head.subarray(0, 16)).toString('hex')
  return PACKERS.find(({ magic }) => new RegExp(`^${magic}`).test(hex))?.name
}

/** Whether what a packer of this name wrote is a dump, which nothing here unpacks. */
export function isMachineDump(name: string | undefined): boolean {
  return PACKERS.some((packer) => packer.name === name && packer.howDump !== undefined)
}

/** What to do with a file that no program of {@link programOf} unpacks. */
export function howToUnpack(name: string): string {
  return PACKERS.find((packer) => packer.name === name)?.howDump ?? 'unpack it first'
}

/** The program that unpacks what a packer of this name wrote. */
export function programOf(name: string | undefined): string | undefined {
  return PACKERS.find((packer) => packer.name === name)?.program
}
