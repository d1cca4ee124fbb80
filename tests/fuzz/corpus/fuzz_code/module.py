class Net(Module):
  __parameters__ = ["weight", "bias", ]
  __buffers__ = []
  weight : Tensor
  training : bool
  __annotations__["0"] = __torch__.torch.nn.modules.linear.Linear
  k : Final[Tuple[int, int]] = (4, -4)
  def forward(self: __torch__.Net,
    x: Tensor, p: float=0.5, q: List[int]=annotate(List[int], [])) -> Tensor:
    weight = self.weight
    if torch.gt(torch.len(torch.size(x)), 2):
      y = torch.flatten(x, 1)
    else:
      ops.prim.RaiseException("it's \"bad\"", "builtins.Exception")
      y = uninitialized(Tensor)
    for i in range(3):
      y = torch.add(y, x[0], alpha=1)
    _0 = (self).helper(y, )
    return _0 if True else y
  def helper(self: __torch__.Net,
    x: Tensor) -> Tuple[Tensor, Tensor]:
    return (torch.relu(x), x)
