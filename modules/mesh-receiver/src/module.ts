import { defineModule } from '@skein/core';

/** Takes the telemetry of service meshes, in both wire forms. */
export default defineModule({ name: 'mesh-receiver' });
