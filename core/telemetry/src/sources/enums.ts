/** Enums that sources carry as numbers and OAL writes as `Enum.NAME`. Source: analysis.md 3.3. */
export const RequestType = { DATABASE: 0, HTTP: 1, RPC: 2, gRPC: 3, LOGIC: 4, TCP: 5, MQ: 6, GenAI: 7 } as const;
/** Which side saw a call. */
export const DetectPoint = { SERVER: 0, CLIENT: 1, PROXY: 2, UNRECOGNIZED: 3 } as const;
/** What was done to a cache. */
export const VirtualCacheOperation = { Write: 0, Read: 1, Others: 2 } as const;
/** What was done with a message. */
export const MQOperation = { Consume: 0, Produce: 1 } as const;
