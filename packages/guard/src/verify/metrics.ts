/** Metrics of Prometheus: "Exposition formats", version 0.0.4; "Writing client libraries". */

type Labels = Readonly<Record<string, string>>

export interface Counter {
  value: number
}

export class Metrics {
  readonly #counters = new Map<string, Map<string, Counter>>()

  /** @param labels with few values: reasons, classes, names of callers */
  counter(name: string, labels: Labels = {}): Counter {
    const rows = this.#counters.get(name) ?? new Map<string, Counter>()
    this.#counters.set(name, rows)
    const row = labelText(labels)
    const counter = rows.get(row) ?? { value: 0 }
    rows.set(row, counter)
    return counter
  }

  text(gauges: Readonly<Record<string, number>>): string {
    const counters: string[] = []
    for (const [name, rows] of this.#counters) {
      counters.push(`# TYPE mintmark_guard_${name}_total counter`)
      for (const [labels, { value }] of rows)
        counters.push(`mintmark_guard_${name}_total${labels} ${value}`)
    }
    const now = Object.entries(gauges).flatMap(([name, value]) => [
      `# TYPE mintmark_guard_${name} gauge`,
      `mintmark_guard_${name} ${Number.isFinite(value) ? value : '+Inf'}`,
    ])
    return `${[...counters, ...now, ...ofProcess()].join('\n')}\n`
  }
}

function ofProcess(): readonly string[] {
  const { user, system } = process.cpuUsage()
  return [
    '# TYPE process_cpu_seconds_total counter',
    `process_cpu_seconds_total ${(user + system) / 1e6}`,
    '# TYPE process_resident_memory_bytes gauge',
    `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
  ]
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

const escaped = (value: string) =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
