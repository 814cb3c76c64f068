/**
 * Packers by first bytes, after their formats' documents. Hibernation signatures are of libhibr and
 * Volatility, and untested.
 */
import { constants, inflateSync } from 'node:zlib'

export const MAGIC_BYTES = 512

interface Packer {
  readonly name: string
  readonly magic: string
  /** From standard input to output, by `-dc`; none for archives of several files. */
  readonly program?: string
  /** Members have heads, and are opened where they are: `encoded/packed_heads.ts`. */
  readonly hasMembers?: true
  /** A dump of a machine whose pages are packed one by one: how they are unpacked. */
  readonly howDump?: string
}

const RAW_IMAGE = 'make it a raw image first (qemu-img convert)'
const MAKEDUMPFILE = 'write it uncompressed first, as an ELF core (makedumpfile -E)'

const PACKERS: readonly Packer[] = [
  { name: 'gzip', magic: '1f8b08', program: 'gzip' },
  { name: 'zstd', magic: '28b52ffd', program: 'zstd' },
  // A frame to be skipped of 4 bytes, as pzstd writes one before each frame of its own.
  { name: 'zstd', magic: '5.2a4d1804000000.{8}28b52ffd', program: 'zstd' },
  { name: 'lz4', magic: '04224d18', program: 'lz4' },
  { name: 'lz4', magic: '02214c18', program: 'lz4' },
  { name: 'xz', magic: 'fd377a585a00', program: 'xz' },
  // Usual properties, at least 64 KiB of dictionary, size or none, the coder's first byte.
  { name: 'lzma', magic: '5d0000.{4}(f{16}|.{10}0{6})00', program: 'xz' },
  { name: 'bzip2', magic: '425a683[1-9]314159265359', program: 'bzip2' },
  // First member "container.description"; the rest is packed again, without heads.
  {
    name: 'AFF4',
    magic: '504b0304.{52}636f6e7461696e65722e6465736372697074696f6e',
    howDump: 'export it as a raw image first',
  },
  { name: 'zip', magic: '504b0304', hasMembers: true },
  { name: '7z', magic: '377abcaf271c' },
  { name: 'rar', magic: '526172211a07' },
  { name: 'squashfs', magic: '68737173' },
  { name: 'lzip', magic: '4c5a495001' },
  { name: 'lzop', magic: '894c5a4f000d0a1a0a' },
  { name: 'lrzip', magic: '4c525a4900' },
  { name: 'snappy', magic: 'ff060000734e61507059' },
  { name: 'compress', magic: '1f9d(89|8[a-f]|90)' },
  // "!<arch>", and its first member is "debian-binary".
  { name: 'deb', magic: '213c617263683e0a64656269616e2d62', hasMembers: true },
  { name: 'rpm', magic: 'edabeedb', hasMembers: true },
  { name: 'cab', magic: '4d53434600000000' },
  { name: 'EnCase', magic: '455646090d0aff00' },
  { name: 'git pack', magic: '5041434b000000(02|03)' },
  { name: 'qcow', magic: '514649fb000000(01|02|03)', howDump: RAW_IMAGE },
  // The flag of packed grains.
  { name: 'VMDK', magic: '4b444d56.{12}.[13579bdf]', howDump: RAW_IMAGE },
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
  {
    name: 'AVML',
    magic: '41564d4c02000000',
    howDump: 'write it as a LiME image first (avml-convert)',
  },
  {
    name: 'libvirt',
    // LibvirtQemudSave or …Part, version, length, state, then how it is packed: 0 is none.
    magic: '4c69627669727451656d7564(53617665|50617274).{24}(?!0{8})',
    howDump: 'take a core of the machine instead (virsh dump --memory-only)',
  },
]

/** LiME with `compress=1`: one zlib stream. */
const LIME_PACKED: Omit<Packer, 'magic'> = {
  name: 'LiME (zlib)',
  howDump: 'unpack it first (pigz -dc, or zlib-flate -uncompress)',
}

export function packerOf(head: Uint8Array): string | undefined {
  const hex = Buffer.from(head.subarray(0, 64)).toString('hex')
  const packer = PACKERS.find(({ magic }) => new RegExp(`^${magic}`).test(hex))
  return packer?.name ?? (isPackedLime(head) ? LIME_PACKED.name : undefined)
}

function isPackedLime(head: Uint8Array): boolean {
  const [first = 0, second = 0] = head
  if ((first & 15) !== 8 || ((first << 8) | second) % 31 !== 0) return false
  try {
    const magic = Buffer.from(head.subarray(0, MAGIC_BYTES))
    const unpacked = inflateSync(magic, { finishFlush: constants.Z_SYNC_FLUSH })
    return unpacked.subarray(0, 4).toString('latin1') === 'EMiL'
  } catch {
    return false
  }
}

export function isMachineDump(name: string | undefined): boolean {
  return named(name)?.howDump !== undefined
}

export function howToUnpack(name: string): string {
  return named(name)?.howDump ?? 'unpack it first'
}

export function programOf(name: string | undefined): string | undefined {
  return named(name)?.program
}

export function hasMembers(name: string): boolean {
  return named(name)?.hasMembers === true
}

function named(name: string | undefined): Omit<Packer, 'magic'> | undefined {
  return [...PACKERS, LIME_PACKED].find((packer) => packer.name === name)
}
