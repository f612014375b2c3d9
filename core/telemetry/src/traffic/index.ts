/** From calls to sources: what every analyzer needs that sees requests between services, whatever protocol tells of them. */
export * from './access-sources.js';
export * from './call.js';
export * from './directory.js';
export * from './named.js';
export * from './recently.js';
export * from './tcp-traffic.js';
export * from './traffic-sources.js';
