export {
  type ClickHouse,
  clickHouseMissing,
  startClickHouse,
} from './clickhouse_server.ts'
