// Stock: needs a little time to look at its shelves.
const { serve } = require('./service.cjs');

serve({
  'GET /reserve': async () => {
    await new Promise((done) => setTimeout(done, 5));
    return { reserved: true };
  },
});
