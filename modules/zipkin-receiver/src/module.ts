import { defineModule } from '@skein/core';

/** Takes Zipkin spans over HTTP: JSON, thrift and protobuf. */
export default defineModule({ name: 'zipkin-receiver' });
