import { defineModule } from '@skein/core';

/** Takes the JVM metrics of Java agents. */
export default defineModule({ name: 'jvm-receiver' });
