/** Reading of the nodes of a parsed source. */
import type { SgNode } from '@ast-grep/napi'

/** Of a chain, of which generated files have longer ones than people write. Finding a parent takes time by its depth. */
export const MOST_LINKS = 32

export const findAll = (root: SgNode, kinds = ''): SgNode[] =>
  root.findAll({ rule: { any: kinds.split(' ').map((kind) => ({ kind })) } })

export const namedIn = (node: SgNode): SgNode[] => node.children().filter((each) => each.isNamed())

export const lineOf = (node: SgNode): number => node.range().start.line + 1

/** Nodes are inside one another: text above a limit is not copied, and is `…`. */
export function textOf(node: SgNode | null | undefined, most = 4000): string {
  if (node === null || node === undefined) return ''
  const { start, end } = node.range()
  return end.index - start.index > most ? '…' : node.text()
}
