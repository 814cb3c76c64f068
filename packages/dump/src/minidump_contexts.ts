/**
 * Where the floating-point and vector registers lie in what a minidump keeps of a thread's registers.
 *
 * Source: `CONTEXT` in `winnt.h` of the Windows SDK, and Breakpad's `minidump_cpu_amd64.h`, `minidump_cpu_x86.h`.
 *
 * @module
 */
import type { Range } from './segment.ts'

/** Of a CONTEXT: its length, and the parts of it, from its begin, that hold nothing but such registers. */
interface Shape {
  readonly length: number
  readonly parts: readonly (readonly [from: number, to: number])[]
  /** Whether more state of the same kind stands behind it, as XSAVE has it. */
  readonly goesOn: boolean
}

/** By the architecture as `minidump.ts` names it. */
const SHAPES: ReadonlyMap<string, Shape> = new Map([
  // FltSave (FXSAVE), then VectorRegister.
  ['x86-64', { length: 1232, parts: [[0x100, 0x4a0]], goesOn: true }],
  // FloatSave, without its last word, and ExtendedRegisters (FXSAVE).
  [
    'i386',
    {
      length: 716,
      parts: [
        [0x1c, 0x88],
        [0xcc, 0x2cc],
      ],
      goesOn: true,
    },
  ],
  // V.
  ['arm64', { length: 912, parts: [[0x110, 0x310]], goesOn: false }],
])

/** The parts of a context that no unwinder reads; none of one that is not as its architecture has it. */
export function wideRegistersIn(
  { offset, length }: Range,
  architecture: string | number | boolean | undefined,
): readonly Range[] {
  const shape = SHAPES.get(String(architecture))
  if (shape === undefined || length < shape.length) return []
  const { parts, goesOn } = shape
  const all = goesOn ? [...parts, [shape.length, length] as const] : parts
  return all
    .filter(([from, to]) => from < to)
    .map(([from, to]) => ({ offset: offset + from, length: to - from }))
}
