import sys
import grpc

address, film = sys.argv[1:3]
# grpcio-tools compiles the file on the fly; its folder is on the path (PYTHONPATH).
messages, services = grpc.protos_and_services("deepxray/v1/scoring.proto")
with grpc.insecure_channel(address) as channel, open(film, "rb") as xray:
    answer = services.ScoringServiceStub(channel).Score(messages.ScoreRequest(xray=xray.read()), timeout=10)
for each in answer.joints:
    name = messages.Joint.Name(each.joint).removeprefix("JOINT_").lower()
    print(name, each.scored.score if each.HasField("scored") else "missing")
