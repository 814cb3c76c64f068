/**
 * Registers in a thread's context of a minidump.
 * Source: `CONTEXT` of `winnt.h`; Breakpad's `minidump_cpu_amd64.h`, `minidump_cpu_x86.h`.
 */
import { partOfRange, without } from '../memory/ranges.ts'
import type { Range } from '../memory/segment.ts'

/** Of a CONTEXT: its length, and the parts that hold nothing but such registers. */
interface Shape {
  readonly length: number
  readonly parts: readonly (readonly [from: number, to: number])[]
  /** Where more such state begins behind it, as of XSAVE, with its headers. */
  readonly goesOnAt?: number
}

const SHAPES: ReadonlyMap<string, Shape> = new Map([
  // FltSave (FXSAVE) without control words, VectorRegister. Behind: CONTEXT_EX, XSAVE's header at a
  // multiple of 64.
  ['x86-64', { length: 1232, parts: [[0x120, 0x4a0]], goesOnAt: 1344 }],
  // `FloatSave` without its last word, `ExtendedRegisters` (FXSAVE); no control words.
  [
    'i386',
    {
      length: 716,
      parts: [
        [0x38, 0x88],
        [0xec, 0x2cc],
      ],
      goesOnAt: 832,
    },
  ],
  // V.
  ['arm64', { length: 912, parts: [[0x110, 0x310]] }],
])

/** None of a context that is not as its architecture has it. No unwinder reads them. */
export function wideRegistersIn(
  { offset, length }: Range,
  architecture: string | number | boolean | undefined,
): readonly Range[] {
  const shape = SHAPES.get(String(architecture))
  if (shape === undefined || length < shape.length) return []
  const { parts, goesOnAt } = shape
  const all = goesOnAt === undefined ? parts : [...parts, [goesOnAt, length] as const]
  return all
    .filter(([from, to]) => from < to)
    .map(([from, to]) => ({ offset: offset + from, length: to - from }))
}

export function generalRegistersIn(
  context: Range,
  architecture: string | number | boolean | undefined,
): readonly Range[] {
  const shape = SHAPES.get(String(architecture))
  if (shape === undefined || context.length < shape.length) return []
  return without(
    [{ ...context, length: shape.length }],
    wideRegistersIn(context, architecture),
    partOfRange,
  )
}
