/** One good dump of each kind, small, with memory whose bytes are all different from structure. */
import {
  type BuiltDump,
  elfCore,
  heapDump,
  limeImage,
  minidump,
  qemuStream,
  windowsBitmapDump,
  windowsFullDump,
  windowsRangeDump,
} from '@mintmark/testkit'

/** `length` bytes that no header has. */
export function memory(length: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => 0x80 | ((index * 31 + seed * 7) & 0x7f))
}

const runs = [
  { firstPage: 1, bytes: memory(8192, 1) },
  { firstPage: 16, bytes: memory(4096, 2) },
]

const core = {
  memory: [
    { address: 0x400000n, bytes: memory(4096, 1) },
    { address: 0x7ffc1000n, bytes: memory(8192, 2) },
    { address: 0x7ffcf000n, bytes: memory(8192, 3) },
  ],
  threads: [
    { id: 4242, stackPointer: 0x7ffc1810n },
    { id: 4243, stackPointer: 0x10n },
  ],
  files: [{ from: 0x400000n, to: 0x401000n, path: '/usr/bin/sleep' }],
  vdso: 0x7ffcf000n,
  program: 'sleep',
}

const windows = {
  memory: [
    { address: 0x10000n, bytes: memory(512, 1) },
    { address: 0x7ff600001000n, bytes: memory(256, 2) },
  ],
  threads: [{ id: 77, stack: { address: 0x9f000n, bytes: memory(384, 3) } }],
  modules: [{ base: 0x7ff600000000n, size: 0x5000, name: 'C:\\app\\sign.exe' }],
}

/** By name, with the container that each is. */
export const GOOD: readonly {
  readonly name: string
  readonly container: string
  readonly built: BuiltDump
}[] = [
  { name: 'a 64-bit core', container: 'elf-core', built: elfCore(core) },
  {
    name: 'a 32-bit core',
    container: 'elf-core',
    built: elfCore({ ...core, is64: false, machine: 3 }),
  },
  {
    name: 'a big-endian core',
    container: 'elf-core',
    built: elfCore({ ...core, isLittleEndian: false, machine: 22 }),
  },
  {
    name: 'an extended core',
    container: 'elf-core',
    built: elfCore({ ...core, isExtended: true }),
  },
  { name: 'a minidump', container: 'minidump', built: minidump(windows) },
  {
    name: 'a minidump written in one go, with padded lists',
    container: 'minidump',
    built: minidump({ ...windows, isPadded: true, isDirectoryLast: true }),
  },
  {
    name: 'a big-endian minidump',
    container: 'minidump',
    built: minidump({ ...windows, isLittleEndian: false, platform: 0x8201 }),
  },
  {
    name: 'a minidump with all memory',
    container: 'minidump',
    built: minidump({
      allMemory: windows.memory,
      modules: windows.modules,
      threads: [{ id: 5, stack: { address: 0x10040n, bytes: memory(64) }, isStackListed: true }],
    }),
  },
  { name: 'a full Windows dump', container: 'windows-full', built: windowsFullDump(runs) },
  {
    name: 'a full 32-bit Windows dump',
    container: 'windows-full',
    built: windowsFullDump(runs, 32),
  },
  { name: 'a bitmap dump', container: 'windows-bitmap', built: windowsBitmapDump(runs) },
  { name: 'a 32-bit bitmap dump', container: 'windows-bitmap', built: windowsBitmapDump(runs, 32) },
  { name: 'a dump of page ranges', container: 'windows-bitmap', built: windowsRangeDump(runs) },
  { name: 'a LiME image', container: 'lime', built: limeImage(runs) },
  { name: 'a stream of QEMU', container: 'qemu', built: qemuStream({ runs }) },
  { name: 'a save of libvirt', container: 'qemu', built: qemuStream({ runs, isSaved: true }) },
  {
    name: 'a Java heap',
    container: 'hprof',
    built: heapDump({
      segments: [
        [
          { type: 'byte', bytes: memory(100, 1) },
          { type: 'int', bytes: memory(128, 2) },
        ],
        [{ type: 'long', bytes: memory(64, 3) }],
      ],
    }),
  },
]
