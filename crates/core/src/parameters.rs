//! Walks over the tensors of a module by name: initial values, saving, loading, moving averages, clipping.
//!
//! Names are the Rust module path, such as `blocks.0.conv.weight`. Every walk meets the tensors in the same order, running
//! statistics of batch normalisation included.

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId},
    tensor::{Device, Tensor, TensorData},
};

use crate::CheckpointError;

/// A tensor on its way to or from a file.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedTensor {
    /// Without the name of its network.
    pub name: String,
    /// As the module has it; the last dimension lies closest.
    pub shape: Vec<usize>,
    /// As many as the shape says.
    pub values: Vec<f32>,
}

/// What a walk does with each tensor.
trait Visit {
    /// The new value, or `None` to leave it. `current` is for reading; it draws random numbers where there is none yet.
    fn tensor<const D: usize>(
        &mut self,
        name: &str,
        shape: [usize; D],
        current: &dyn Fn() -> Tensor<D>,
    ) -> Option<Tensor<D>>;
}

/// Running statistics and vectors of spectral normalisation are kept with the weights, but no optimizer trains them.
fn is_statistic(name: &str) -> bool {
    name.ends_with("running_mean") || name.ends_with("running_var") || name.starts_with("spectral")
}

/// Where a walk is.
#[derive(Default)]
struct Path(Vec<String>);

impl Path {
    fn enter(&mut self, name: &str, container: &str) {
        // The variants of an enum are a choice, not a place: `norm.gamma`, not `norm.Batch.gamma`.
        self.0.push(if container.starts_with("Enum") { String::new() } else { name.to_owned() });
    }

    fn exit(&mut self) {
        self.0.pop();
    }

    fn name(&self) -> String {
        self.0.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(".")
    }
}

struct Walk<V> {
    path: Path,
    visit: V,
    count: u64,
}

impl<V: Visit> ModuleMapper for Walk<V> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.exit();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let name = self.path.name();
        let value = self.visit.tensor(&name, param.lazy_shape().dims(), &|| param.val());
        // Ids count from 1 in every run, because the state of an optimizer is kept by id.
        self.count += 1;
        match value {
            Some(value) => {
                let trained = !is_statistic(&name) && value.device().is_autodiff();
                let value = value.detach().set_require_grad(trained);
                Param::initialized(ParamId::from(self.count), value)
            }
            None => param,
        }
    }
}

fn walk<M: Module, V: Visit>(module: M, visit: V) -> (M, V) {
    let mut walk = Walk { path: Path::default(), visit, count: 0 };
    let module = module.map(&mut walk);
    (module, walk.visit)
}

/// Gives every tensor the value that `value(name, shape)` returns, in f32, and a fixed id.
pub fn fill<M: Module>(module: M, device: &Device, value: impl FnMut(&str, &[usize]) -> Vec<f32>) -> M {
    struct Fill<F> {
        device: Device,
        value: F,
    }
    impl<F: FnMut(&str, &[usize]) -> Vec<f32>> Visit for Fill<F> {
        fn tensor<const D: usize>(
            &mut self,
            name: &str,
            shape: [usize; D],
            _: &dyn Fn() -> Tensor<D>,
        ) -> Option<Tensor<D>> {
            let values = (self.value)(name, &shape);
            Some(Tensor::from_data(TensorData::new(values, shape), &self.device))
        }
    }
    walk(module, Fill { device: device.clone(), value }).0
}

/// A copy on another device, with tensors of its own; it can be trained there if the device has autodiff.
pub fn copy<M: Module>(module: &M, device: &Device) -> M {
    struct Copy(Device);
    impl Visit for Copy {
        fn tensor<const D: usize>(
            &mut self,
            _: &str,
            _: [usize; D],
            current: &dyn Fn() -> Tensor<D>,
        ) -> Option<Tensor<D>> {
            let value = current();
            let value = if value.device().is_autodiff() { value.inner() } else { value };
            let value = value.to_device(&self.0.clone().inner());
            Some(if self.0.is_autodiff() { Tensor::from_inner(value) } else { value })
        }
    }
    // A clone would share running statistics with the module, and take them along to the other device.
    let module = module.valid();
    // Batch normalisation looks at the batch only while it is told that it is in training.
    let module = if device.is_autodiff() { module.train() } else { module };
    walk(module, Copy(device.clone())).0
}

/// Names and shapes, in order; reads no value, and gives none to what has none yet: a clone would.
pub fn shapes<M: Module>(module: &M) -> Vec<(String, Vec<usize>)> {
    #[derive(Default)]
    struct Shapes {
        path: Path,
        found: Vec<(String, Vec<usize>)>,
    }
    impl ModuleVisitor for Shapes {
        fn enter_module(&mut self, name: &str, container: &str) {
            self.path.enter(name, container);
        }

        fn exit_module(&mut self, _: &str, _: &str) {
            self.path.exit();
        }

        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.found.push((self.path.name(), param.lazy_shape().to_vec()));
        }
    }
    let mut shapes = Shapes::default();
    module.visit(&mut shapes);
    shapes.found
}

/// Reads every tensor back, waiting for the device.
pub fn collect<M: Module>(module: &M) -> Vec<NamedTensor> {
    let (shapes, flat) = flatten(module);
    split(shapes, &flat.map(|flat| floats(flat.into_data())).unwrap_or_default())
}

/// Reads a tensor back from a device that may be lost.
pub fn try_read<const D: usize>(tensor: Tensor<D>) -> Result<TensorData, CheckpointError> {
    tensor.try_into_data().map_err(|error| CheckpointError::Device(error.to_string()))
}

/// The values of a tensor of f32; `None` from a device that is lost.
pub fn values<const D: usize>(tensor: Tensor<D>) -> Option<Vec<f32>> {
    try_read(tensor).ok()?.try_into_vec().ok()
}

/// [`try_read`] where waiting is not allowed.
pub async fn read_async<const D: usize>(tensor: Tensor<D>) -> Result<TensorData, CheckpointError> {
    tensor.into_data_async().await.map_err(|error| CheckpointError::Device(error.to_string()))
}

/// All tensors in one, so that one read-back serves.
pub(crate) fn flatten<M: Module>(module: &M) -> (Vec<(String, Vec<usize>)>, Option<Tensor<1>>) {
    struct Flatten(Vec<Tensor<1>>);
    impl Visit for Flatten {
        fn tensor<const D: usize>(
            &mut self,
            _: &str,
            shape: [usize; D],
            current: &dyn Fn() -> Tensor<D>,
        ) -> Option<Tensor<D>> {
            self.0.push(current().reshape([shape.iter().product::<usize>()]));
            None
        }
    }
    // `valid` also settles pending running statistics.
    let module = module.valid();
    let (module, Flatten(parts)) = walk(module, Flatten(Vec::new()));
    (shapes(&module), (!parts.is_empty()).then(|| Tensor::cat(parts, 0)))
}

/// The values of a tensor that was read back, in f32.
pub(crate) fn floats(data: TensorData) -> Vec<f32> {
    data.convert::<f32>().try_into_vec::<f32>().unwrap_or_default()
}

/// Takes the values of all tensors, one after the other, apart.
pub(crate) fn split(shapes: Vec<(String, Vec<usize>)>, values: &[f32]) -> Vec<NamedTensor> {
    let mut rest = values;
    let tensors = shapes.into_iter().map(|(name, shape)| {
        let (values, after) = rest.split_at(shape.iter().product::<usize>().min(rest.len()));
        rest = after;
        NamedTensor { name, shape, values: values.to_vec() }
    });
    tensors.collect()
}

/// The moving average `average = decay * average + (1 - decay) * value`, tensor by tensor. Running statistics are copied.
pub fn blend<M: Module>(average: M, module: &M, decay: f64) -> M {
    struct Values(Vec<Box<dyn std::any::Any>>);
    impl ModuleVisitor for Values {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0.push(Box::new(param.val()));
        }
    }
    struct Blend {
        values: std::vec::IntoIter<Box<dyn std::any::Any>>,
        decay: f64,
    }
    impl Visit for Blend {
        fn tensor<const D: usize>(
            &mut self,
            name: &str,
            _: [usize; D],
            current: &dyn Fn() -> Tensor<D>,
        ) -> Option<Tensor<D>> {
            let value = *self.values.next()?.downcast::<Tensor<D>>().ok()?;
            if is_statistic(name) {
                return Some(value);
            }
            Some(current() * self.decay + value * (1.0 - self.decay))
        }
    }
    let mut values = Values(Vec::new());
    module.valid().visit(&mut values);
    walk(average, Blend { values: values.0.into_iter(), decay }).0
}

/// Gives the trained tensors their values from one flat vector, in order.
pub fn replace_trained<M: Module>(module: M, flat: Tensor<1>) -> M {
    struct Replace {
        flat: Tensor<1>,
        used: usize,
    }
    impl Visit for Replace {
        fn tensor<const D: usize>(
            &mut self,
            name: &str,
            shape: [usize; D],
            current: &dyn Fn() -> Tensor<D>,
        ) -> Option<Tensor<D>> {
            if is_statistic(name) {
                return None;
            }
            let start = self.used;
            self.used += shape.iter().product::<usize>();
            let values = self.flat.clone().slice(start..self.used).reshape(shape);
            Some(if current().device().is_autodiff() { Tensor::from_inner(values) } else { values })
        }
    }
    walk(module, Replace { flat, used: 0 }).0
}

/// How many values are trained.
pub fn trained<M: Module>(module: &M) -> usize {
    shapes(module)
        .iter()
        .filter(|(name, _)| !is_statistic(name))
        .map(|(_, shape)| shape.iter().product::<usize>())
        .sum()
}

/// Keeps every trained tensor within `[-limit, limit]`.
pub fn clip<M: Module>(module: M, limit: f64) -> M {
    struct Clip(f64);
    impl Visit for Clip {
        fn tensor<const D: usize>(
            &mut self,
            name: &str,
            _: [usize; D],
            current: &dyn Fn() -> Tensor<D>,
        ) -> Option<Tensor<D>> {
            (!is_statistic(name)).then(|| current().detach().clamp(-self.0, self.0))
        }
    }
    walk(module, Clip(limit)).0
}
