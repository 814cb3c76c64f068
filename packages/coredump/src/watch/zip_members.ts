/** Decides by its first bytes what happens to each member of a zip archive; unpacks each to its end. @module */
import { type DumpHead, dumpHeadOf, HEAD_BYTES } from '@mintmark/scan/packing/dump_head'
import type { ZipArchive, ZipMember } from '../receive/zip_archive.ts'
import type { Taken } from './taken.ts'

export type MemberFate =
  | { readonly name: string; readonly fate: 'dump' | 'text' }
  | { readonly name: string; readonly fate: 'left'; readonly why: string }

/** The outcome of a file that is not taken; undefined if it is taken. */
export type RefusalOf = (head: DumpHead) => Taken | undefined

/**
 * Examines all members that are not empty.
 *
 * @throws {MintmarkError} `INPUT_INVALID` if one of them is damaged
 */
export async function fatesOf(
  zip: ZipArchive,
  refusalOf: RefusalOf,
): Promise<readonly MemberFate[]> {
  const fates: MemberFate[] = []
  // oxlint-disable-next-line no-await-in-loop -- one after another: each takes memory
  for (const member of zip.members) {
    if (member.bytes === 0) continue
    // oxlint-disable-next-line no-await-in-loop -- one after another: each takes memory
    fates.push(await fateOf(zip, member, refusalOf))
  }
  return fates
}

async function fateOf(
  zip: ZipArchive,
  member: ZipMember,
  refusalOf: RefusalOf,
): Promise<MemberFate> {
  const { name, refusal } = member
  if (refusal !== undefined) return { name, fate: 'left', why: refusal }
  const bytes = await headOf(zip, member)
  try {
    const head = dumpHeadOf(bytes)
    if (head.packer !== undefined)
      return { name, fate: 'left', why: `it is packed again (${head.packer})` }
    const taken = refusalOf(head)
    if (taken === undefined) return { name, fate: 'dump' }
    return 'why' in taken ? { name, fate: 'left', why: taken.why } : { name, fate: 'text' }
  } finally {
    bytes.fill(0)
  }
}

/** The first bytes of a member; reads it to its end. */
async function headOf(zip: ZipArchive, member: ZipMember): Promise<Buffer> {
  const head = Buffer.alloc(Math.min(HEAD_BYTES, member.bytes))
  let length = 0
  for await (const chunk of zip.read(member)) {
    length += chunk.copy(head, length)
    chunk.fill(0)
  }
  return head.subarray(0, length)
}
