export { type NatsServer, natsMissing, startNats } from './nats_server.ts'
export { accepts, freePort } from './ports.ts'
export { type PostgresServer, postgresMissing, startPostgres } from './postgres_server.ts'
export { type Fault, SimulatedDisk } from './simulated_disk.ts'
