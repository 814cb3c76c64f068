/** Positions of a lineage's nodes: a column a kind, each about as high as those it hangs from. */
import type { Report } from '@mintmark/report'

type Lineage = Report['lineage']
type Node = Lineage['nodes'][number]

const COLUMNS: readonly (readonly [title: string, kinds: readonly Node['kind'][]])[] = [
  ['Key or issuer', ['key', 'issuer']],
  ['Token', ['token']],
  ['Session', ['session']],
  ['Account', ['account']],
]
const ROW = 13
const TOP = 24

export interface Laid {
  readonly height: number
  readonly columns: readonly { readonly title: string; readonly x: number }[]
  readonly nodes: readonly { readonly node: Node; readonly x: number; readonly y: number }[]
  readonly edges: readonly {
    readonly path: string
    readonly width: number
    readonly strength: string
  }[]
}

export function layOut({ nodes, edges }: Lineage, width: number): Laid {
  const step = width / COLUMNS.length
  const shown = COLUMNS.filter(([, kinds]) => nodes.some(({ kind }) => kinds.includes(kind)))
  const most = Math.max(
    1,
    ...shown.map(([, kinds]) => nodes.filter(({ kind }) => kinds.includes(kind)).length),
  )
  const height = TOP + most * ROW + 8
  const points = new Map<string, { node: Node; x: number; y: number }>()
  for (const [column, [, kinds]] of shown.entries()) {
    const own = nodes.filter(({ kind }) => kinds.includes(kind))
    const sorted = column === 0 ? own : own.toSorted((a, b) => pull(a) - pull(b))
    const gap = (height - TOP - 8) / sorted.length
    for (const [row, node] of sorted.entries())
      points.set(node.id, { node, x: column * step + 5, y: TOP + (row + 0.5) * gap })
  }
  function pull({ id }: Node): number {
    const ys = edges.filter(({ to }) => to === id).flatMap(({ from }) => points.get(from)?.y ?? [])
    return ys.length === 0 ? 0 : ys.reduce((sum, y) => sum + y, 0) / ys.length
  }
  return {
    height,
    columns: shown.map(([title], column) => ({ title, x: column * step })),
    nodes: [...points.values()],
    edges: edges.flatMap(({ from, to, accesses, strength }) => {
      const [a, b] = [points.get(from), points.get(to)]
      if (a === undefined || b === undefined) return []
      const [x1, x2] = [a.x + step * 0.62, b.x - 6]
      const bend = (x2 - x1) / 2
      const path = `M${x1.toFixed(1)} ${a.y.toFixed(1)}C${(x1 + bend).toFixed(1)} ${a.y.toFixed(1)} ${(x2 - bend).toFixed(1)} ${b.y.toFixed(1)} ${x2.toFixed(1)} ${b.y.toFixed(1)}`
      return [{ path, width: 0.7 + Math.log10(1 + accesses), strength }]
    }),
  }
}
