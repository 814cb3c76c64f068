/**
 * The streams of a minidump: a frame that a debugger needs, or memory of the process.
 * Source: `MINIDUMP_STREAM_TYPE`; `minidump_format.h`, `minidump_extensions.h` of Crashpad.
 */

export const THREAD_LIST = 3
export const MODULE_LIST = 4
export const MEMORY_LIST = 5
export const EXCEPTION = 6
export const SYSTEM_INFO = 7
export const THREAD_EX_LIST = 8
export const MEMORY_64_LIST = 9
export const MISC_INFO = 15

/** Tables, texts of the system and handles: structure. */
const FRAME: ReadonlyMap<number, string> = new Map([
  [THREAD_LIST, 'ThreadList'],
  [MODULE_LIST, 'ModuleList'],
  [MEMORY_LIST, 'MemoryList'],
  [EXCEPTION, 'Exception'],
  [SYSTEM_INFO, 'SystemInfo'],
  [THREAD_EX_LIST, 'ThreadExList'],
  [MEMORY_64_LIST, 'Memory64List'],
  [12, 'HandleData'],
  [13, 'FunctionTable'],
  [14, 'UnloadedModuleList'],
  [MISC_INFO, 'MiscInfo'],
  [16, 'MemoryInfoList'],
  [17, 'ThreadInfoList'],
  [18, 'HandleOperationList'],
  [19, 'Token'],
  [21, 'SystemMemoryInfo'],
  [22, 'ProcessVmCounters'],
  [24, 'ThreadNames'],
  [0x4350_0001, 'CrashpadInfo'],
  [0x4767_0001, 'BreakpadInfo'],
  [0x4767_0003, 'LinuxCpuInfo'],
  [0x4767_0004, 'LinuxProcStatus'],
  [0x4767_0005, 'LinuxLsbRelease'],
  [0x4767_0008, 'LinuxAuxv'],
  [0x4767_0009, 'LinuxMaps'],
  [0x4767_000a, 'LinuxDsoDebug'],
])

/** What the process was given, or said: a key can be there. */
const CONTENT: ReadonlyMap<number, string> = new Map([
  [10, 'CommentA'],
  [11, 'CommentW'],
  [20, 'JavaScriptData'],
  [0x4767_0002, 'AssertionInfo'],
  [0x4767_0006, 'LinuxCmdLine'],
  [0x4767_0007, 'LinuxEnviron'],
])

export function isKnownStream(type: number): boolean {
  return FRAME.has(type) || CONTENT.has(type)
}

export function isFrame(type: number): boolean {
  return FRAME.has(type)
}

export function streamName(type: number): string {
  return FRAME.get(type) ?? CONTENT.get(type) ?? `stream 0x${type.toString(16)}`
}
