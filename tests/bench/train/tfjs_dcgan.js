// DCGAN in TensorFlow.js, for the settings of Forger's DcganConfig that the benchmark uses: the same layers, and as many passes
// through them. A classic script: the library's own bundles are, too.

/* global tf */
/* exported createGan */

const PICTURES = 512;
const LEAK = 0.2;
/** Side of the smallest feature map, and times it is doubled. */
const SIZES = { 28: [7, 2], 32: [4, 3] };

/** One step is an update of D and one of G. Nothing is read back from the device. */
function createGan(config) {
  const { batch, latent_dim: latent, image_size: side, channels } = config;
  const [g, d] = [generator(config), discriminator(config)];
  const optimizers = { g: adam(config.generator_optimizer), d: adam(config.discriminator_optimizer) };
  // Drawn once and cut from, as Forger's lie in memory.
  const real = tf.keep(tf.randomUniform([PICTURES, side, side, channels], -1, 1));
  const noise = tf.keep(tf.randomNormal([PICTURES, latent]));
  let place = 0;
  const next = (atlas) => {
    place = (place + batch) % (PICTURES - batch);
    return atlas.slice([place, ...Array(atlas.rank - 1).fill(0)], [batch, ...atlas.shape.slice(1)]);
  };
  const apply = (net, x) => net.apply(x, { training: true });
  const variables = (net) => net.trainableWeights.map((weight) => weight.val);
  const dOf = variables(d);
  const gOf = variables(g);
  const updateD = () => {
    const [x, fake] = [next(real), apply(g, next(noise))];
    const loss = () => tf.softplus(apply(d, x).neg()).mean().add(tf.softplus(apply(d, fake)).mean());
    optimizers.d.minimize(loss, false, dOf);
  };
  const updateG = () => {
    const z = next(noise);
    return optimizers.g.minimize(() => tf.softplus(apply(d, apply(g, z)).neg()).mean(), true, gOf);
  };
  /** Returns G's loss, which the caller must dispose of. */
  const step = () => tf.tidy(() => {
    updateD();
    return updateG();
  });
  return { step };
}

const initial = () => tf.initializers.randomNormal({ mean: 0, stddev: 0.02 });

function generator({ latent_dim: latent, width, image_size: side, channels }) {
  const [base, doublings] = SIZES[side];
  const widest = width << (doublings - 1);
  const net = tf.sequential();
  const normal = () => {
    net.add(tf.layers.batchNormalization({ epsilon: 1e-5, momentum: 0.9 }));
    net.add(tf.layers.reLU());
  };
  const up = (filters, useBias) => net.add(tf.layers.conv2dTranspose({
    filters, kernelSize: 4, strides: 2, padding: 'same', useBias, kernelInitializer: initial(),
  }));
  net.add(tf.layers.dense({
    units: widest * base * base, inputShape: [latent], useBias: false, kernelInitializer: initial(),
  }));
  net.add(tf.layers.reshape({ targetShape: [base, base, widest] }));
  normal();
  for (let level = 1; level < doublings; level++) {
    up(widest >> level, false);
    normal();
  }
  up(channels, true);
  net.add(tf.layers.activation({ activation: 'tanh' }));
  return net;
}

function discriminator({ width, image_size: side, channels }) {
  const [base, doublings] = SIZES[side];
  const net = tf.sequential();
  const down = (filters, useBias, inputShape) => net.add(tf.layers.conv2d({
    filters, kernelSize: 4, strides: 2, padding: 'same', useBias, kernelInitializer: initial(), ...(inputShape && { inputShape }),
  }));
  const leaky = () => net.add(tf.layers.leakyReLU({ alpha: LEAK }));
  down(width, true, [side, side, channels]);
  leaky();
  for (let level = 1; level < doublings; level++) {
    down(width << level, false);
    net.add(tf.layers.batchNormalization({ epsilon: 1e-5, momentum: 0.9 }));
    leaky();
  }
  net.add(tf.layers.conv2d({ filters: 1, kernelSize: base, padding: 'valid', kernelInitializer: initial() }));
  net.add(tf.layers.reshape({ targetShape: [1] }));
  return net;
}

function adam({ learning_rate, beta1, beta2 }) {
  return tf.train.adam(learning_rate, beta1, beta2);
}
