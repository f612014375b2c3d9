export { skywalking } from '../../gen/event.js';
export * from './decode-event.js';
export * from './event-from-json.js';
export { type EventMessage, EventType } from './event-message.js';
