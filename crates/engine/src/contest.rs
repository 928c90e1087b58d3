//! Whether a GPU trains a system faster than the CPU, found out while it trains on the CPU.
//!
//! The first steps on a GPU compile kernels, which may take most of a minute: nobody waits for them.

use std::rc::{Rc, Weak};

use burn::tensor::Device;
use forger_core::System;
use forger_protocol::{DeviceKind, EngineError, StepKind};

use crate::{
    devices::{Devices, read},
    schedule::{Pending, begin, now, yield_now},
    timing::Timing,
};

/// Milliseconds of a step on the CPU under which no GPU is tried: there, a step of a hundred kernels takes longer to launch.
const WORTH_TRYING: f64 = 5.0;
/// Steps that are timed on the GPU.
const TIMED: usize = 4;

/// Makes the system, at its beginning, on a device.
pub type Make = Rc<dyn Fn(&Device) -> Result<Box<dyn System>, EngineError>>;

/// A contest under way. It is called off when this is dropped, once what is being read is there.
pub struct Contest {
    contender: Pending<Result<Option<Contender>, EngineError>>,
    _on: Rc<()>,
}

/// The same system on the GPU, its kernels compiled, and what it has to beat.
struct Contender {
    system: Box<dyn System>,
    /// Milliseconds of a step on the CPU.
    cpu: f64,
}

impl Contest {
    pub fn begin(devices: &mut Devices, make: Make) -> Self {
        let on = Rc::new(());
        let gpu = devices.get(DeviceKind::WebGpu);
        let contender = begin(warm_up(make, gpu, Rc::downgrade(&on)));
        Self { contender, _on: on }
    }

    /// Whether the GPU has won, which ends the contest; not while that is open.
    pub async fn is_won(contest: &mut Option<Self>, devices: &Devices) -> Result<bool, EngineError> {
        let Some(contender) = contest.as_mut().and_then(|contest| contest.contender.take()) else { return Ok(false) };
        *contest = None;
        match contender {
            Ok(Some(gpu)) => Ok(devices.is_gpu_promising() && gpu.wins().await?),
            Err(error @ EngineError::DeviceLost(_)) => Err(error),
            // A GPU that cannot be opened, or not train this, is not needed.
            Ok(None) | Err(_) => Ok(false),
        }
    }
}

impl Contender {
    /// Whether it is faster, by a few steps, and right: what tells no numbers would take the run with it. Nothing else should be
    /// computed meanwhile.
    async fn wins(mut self) -> Result<bool, EngineError> {
        let start = now();
        for _ in 1..TIMED {
            self.system.step(StepKind::Both);
        }
        let told = read(self.system.step(StepKind::Both)).await?;
        Ok((now() - start) / (TIMED as f64) < self.cpu && told.iter().all(|value| value.is_finite()))
    }
}

/// Milliseconds of a step on the CPU; `None` where nobody wants to know any more. The system takes memory no longer than that.
async fn time_on_cpu(make: &Make, on: &Weak<()>) -> Result<Option<f64>, EngineError> {
    let mut system = make(&Device::flex())?;
    let mut timing = Timing::default();
    while on.upgrade().is_some() {
        let start = now();
        system.step(StepKind::Both);
        if let Some(took) = timing.add(now() - start) {
            return Ok(Some(took));
        }
        // A step may take long, and the page waits for answers.
        yield_now().await;
    }
    Ok(None)
}

async fn warm_up(
    make: Make,
    gpu: impl Future<Output = Result<Device, EngineError>>,
    on: Weak<()>,
) -> Result<Option<Contender>, EngineError> {
    let Some(cpu) = time_on_cpu(&make, &on).await?.filter(|cpu| *cpu >= WORTH_TRYING) else { return Ok(None) };
    let mut system = make(&gpu.await?)?;
    let mut took = 0.0;
    for _ in 0..2 {
        if on.upgrade().is_none() {
            return Ok(None);
        }
        let start = now();
        read(system.step(StepKind::Both)).await?;
        took = now() - start;
    }
    // The second step has compiled nothing. One that is far behind is not worth a stop to time it.
    Ok((took < 4.0 * TIMED as f64 * cpu).then_some(Contender { system, cpu }))
}
